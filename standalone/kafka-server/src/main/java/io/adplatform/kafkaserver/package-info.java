/**
 * The Kafka broker (KRaft, controller and broker in one node) as a process with a class path of its
 * own.
 *
 * <p>Started as a child by {@code io.adplatform.servers.KafkaServer}; nothing calls into it. Its
 * threads and memory are Kafka's own.
 */
package io.adplatform.kafkaserver;
