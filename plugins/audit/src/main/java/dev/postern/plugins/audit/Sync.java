package dev.postern.plugins.audit;

/** When records are brought to the disk. */
public enum Sync {
  /** Before what they are about goes on. */
  EACH,
  /** Again and again. */
  INTERVAL
}
