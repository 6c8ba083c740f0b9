package dev.postern.plugins.limits;

/** What happens to a statement that finds its bucket empty. */
public enum Action {
  /** It is refused. */
  REJECT("reject"),
  /** It waits for its turn up to {@code max-delay}, and is refused then. */
  DELAY("delay");

  private final String label;

  Action(String label) {
    this.label = label;
  }

  @Override
  public String toString() {
    return label;
  }
}
