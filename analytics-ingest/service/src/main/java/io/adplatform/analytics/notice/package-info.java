/**
 * Tells demand partners of their bids: calls the URLs of the topic {@code partner-notices}, which
 * settlement writes, and keeps what was answered.
 *
 * <p>{@link io.adplatform.analytics.notice.NoticeSender} reads the topic as one of a group of all
 * nodes, on a thread of its own that owns what waits; each call runs on a virtual thread, towards
 * what {@link io.adplatform.analytics.notice.NoticeTargets} allows. Attempts become rows of the
 * table {@code partner_notices} ({@link io.adplatform.analytics.notice.NoticeLog}), which {@link
 * io.adplatform.analytics.notice.NoticesHandler} shows by auction. It stands in analytics-ingest,
 * the one hot service that has Kafka, ClickHouse and the catalogue at hand.
 */
package io.adplatform.analytics.notice;
