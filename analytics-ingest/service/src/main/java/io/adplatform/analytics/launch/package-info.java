/**
 * Wires analytics-ingest: beacons and notices on the lanes of a hot node, the shipper on a thread
 * of its own, ingestion and reports beside them. {@link
 * io.adplatform.analytics.launch.AnalyticsIngest#launch} is called by the launcher or by {@code
 * main}, on their thread.
 */
package io.adplatform.analytics.launch;
