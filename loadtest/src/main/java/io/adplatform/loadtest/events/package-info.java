/**
 * The way of an event, stage by stage and without HTTP: lane to journal, journal to Kafka, Kafka
 * through settlement. Rates and CPU time, beside what the libraries do alone.
 */
package io.adplatform.loadtest.events;
