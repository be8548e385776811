package io.adplatform.servers;

/** Where a child process stands in its life. */
public enum ServerState {
  /** Started, not yet answering its probe. */
  STARTING,
  /** Answers its probe. */
  READY,
  /** Died and waits for its next start. */
  RESTARTING,
  /** Ended because it was asked to. */
  STOPPED,
  /** Died again and again before it was ever ready; it is not started any more. */
  FAILED
}
