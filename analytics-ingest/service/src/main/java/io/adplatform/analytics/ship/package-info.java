/**
 * Carries the journal to Kafka.
 *
 * <p>One thread runs {@link io.adplatform.analytics.ship.ShipperAgent}: it reads every recording of
 * the node through a {@code JournalReader}, sends each record through {@link
 * io.adplatform.analytics.ship.EventPublisher} to its partition, remembers in {@link
 * io.adplatform.analytics.ship.ShipPositions} what Kafka acknowledged, and has shipped segments
 * deleted. About once a second it asks the lanes how far they are ({@link
 * io.adplatform.analytics.ship.LaneWatermarks}) and, once everything up to there is sent, sends a
 * mark to every partition. It may block: while Kafka is away, it waits, and the journal grows.
 */
package io.adplatform.analytics.ship;
