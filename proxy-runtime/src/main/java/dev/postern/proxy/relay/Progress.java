package dev.postern.proxy.relay;

/**
 * How far a session has come, as far as its flows can tell. Written on the event loop only; other
 * threads may read a value that is a moment old.
 */
public final class Progress {
  /** How many ReadyForQuery are to come. */
  private int outstanding;

  private boolean atReadyForQuery = true;
  private boolean atError;
  private boolean lastIsSync;
  private boolean copyingIn;
  private boolean terminated;
  private byte transactionStatus = 'I';
  private long bytesFromClient;
  private long bytesFromBackend;
  private int idleTicks;

  /** A message has gone on, or begun to. */
  void clientSent(byte type) {
    terminated = type == 'X';
    switch (type) {
      case 'Q', 'F' -> requested(false);
      case 'S' -> requested(true);
      case 'd' -> {
        swallowed();
        copyingIn = true;
      }
      case 'c', 'f' -> {
        swallowed();
        copyingIn = false;
      }
      default -> {}
    }
  }

  private void requested(boolean sync) {
    lastIsSync = sync;
    outstanding++;
  }

  /** Rows come: the server swallows the Sync before them. */
  private void swallowed() {
    if (lastIsSync && !copyingIn) {
      outstanding = Math.max(0, outstanding - 1);
    }
    lastIsSync = false;
  }

  /**
   * The backend reads the rows of a COPY. It swallows each Sync that it finds there, and that is
   * where those are that clients send behind Execute; the one behind CopyDone is answered.
   */
  void copyInBegan() {
    copyingIn = true;
    if (lastIsSync) {
      outstanding = 0;
    }
  }

  void copyInEnded() {
    copyingIn = false;
  }

  boolean isCopyingIn() {
    return copyingIn;
  }

  void backendSent(boolean error) {
    atReadyForQuery = false;
    atError = error;
  }

  void backendReady(byte status) {
    atReadyForQuery = true;
    atError = false;
    copyingIn = false;
    outstanding = Math.max(0, outstanding - 1);
    transactionStatus = status;
  }

  int outstanding() {
    return outstanding;
  }

  /** How many requests are to be answered, where that is counted elsewhere. */
  void outstanding(int requests) {
    outstanding = requests;
  }

  /** ReadyForQuery has come, where requests are counted elsewhere. */
  void ready(byte status, int requests) {
    atReadyForQuery = true;
    atError = false;
    copyingIn = false;
    outstanding = requests;
    transactionStatus = status;
  }

  void read(boolean fromClient, int bytes) {
    idleTicks = 0;
    if (fromClient) {
      bytesFromClient += bytes;
    } else {
      bytesFromBackend += bytes;
    }
  }

  /** Whether the client has sent something that the backend has not finished answering. */
  public boolean busy() {
    return outstanding > 0 || copyingIn;
  }

  boolean atReadyForQuery() {
    return atReadyForQuery;
  }

  /** Whether the last that the backend sent was an ErrorResponse, where messages are told apart. */
  boolean atError() {
    return atError;
  }

  /** Whether the last that the client sent was Terminate. */
  boolean terminated() {
    return terminated;
  }

  /** The last ReadyForQuery's status: {@code I}, {@code T} or {@code E}. */
  public byte transactionStatus() {
    return transactionStatus;
  }

  public long bytesFromClient() {
    return bytesFromClient;
  }

  public long bytesFromBackend() {
    return bytesFromBackend;
  }

  /**
   * Counts one tick of the coarse clock in which nothing was read; returns how many in a row. Event
   * loop only.
   */
  public int tick() {
    return ++idleTicks;
  }
}
