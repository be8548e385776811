package io.adplatform.settle;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.common.Uuid;

/**
 * The topic {@code events} does not hold what was settled of it: it was made anew, or lost its end.
 * New events stand, or will stand, at offsets that {@code settled} has answers for, and would be
 * dropped as answered: the job does not run until an operator has decided.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class EventsLostException extends Exception {
  private static final long serialVersionUID = 1L;

  private EventsLostException(String message) {
    super(message);
  }

  static EventsLostException madeAnew(String topic, Uuid before, Uuid now) {
    return new EventsLostException(
        "the topic %s was made anew: its id was %s and is %s; see docs/hacking.md, When something is gone"
            .formatted(topic, before, now));
  }

  static EventsLostException cutOff(String topic, int partition, long end, long settled) {
    return new EventsLostException(
        ("partition %d of %s ends at %d, but its event %d was settled: it lost its end or was made"
                + " anew; see docs/hacking.md, When something is gone")
            .formatted(partition, topic, end, settled));
  }
}
