package dev.postern.proxy.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a check of a log has found.
 *
 * @param files that were read
 * @param records that were read
 * @param first the first one; {@code null} if there is none
 * @param last the last one that is part of the chain
 * @param findings what is not as it was written; the first {@value #MOST_FINDINGS} of them
 * @param moreFindings how many more there are
 * @param unchecked why hashes could not be checked
 * @param notes what else is worth knowing
 */
public record AuditReport(
    int files,
    long records,
    @Nullable End first,
    @Nullable End last,
    List<Finding> findings,
    long moreFindings,
    List<String> unchecked,
    List<String> notes) {
  static final int MOST_FINDINGS = 1000;

  /**
   * An end of the log.
   *
   * @param hash in hexadecimal
   */
  public record End(long seq, String time, String hash) {}

  /**
   * Something that is not as it was written.
   *
   * @param line from 1; 0: the file as a whole
   */
  public record Finding(String file, long line, String what) {
    @Override
    public String toString() {
      return line == 0 ? file + ": " + what : file + ":" + line + ": " + what;
    }
  }

  /** Whether everything was checked, and is as it was written. */
  public boolean isWhole() {
    return findings.isEmpty() && unchecked.isEmpty();
  }
}
