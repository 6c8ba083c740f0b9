package dev.postern.proxy.cli;

import picocli.CommandLine.Command;

/** {@code postern version}. */
@Command(name = "version", description = "Print what this build is.")
final class VersionCommand implements Runnable {
  @Override
  public void run() {
    System.out.println(Version.text());
  }
}
