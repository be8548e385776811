package io.adplatform.settle;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * The state of a checkpoint is ahead of what {@code settled} holds: the transaction that belongs to
 * it was aborted after the checkpoint was complete, as a broker does when its producer was away too
 * long. Starting from that checkpoint would lose its events; an older one settles them again.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class OutputLostException extends Exception {
  OutputLostException(int partition, long stateOffset, long settledOffset) {
    super(
        "partition %d: the state has settled events up to offset %d, settled holds %d"
            .formatted(partition, stateOffset, settledOffset));
  }
}
