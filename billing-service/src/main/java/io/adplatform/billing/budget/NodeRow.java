package io.adplatform.billing.budget;

/**
 * What is known of a node.
 *
 * @param boot of its newest process
 * @param sequence of the newest request of that boot that was granted
 * @param revision of the newest change that the node has to hear of
 */
record NodeRow(int id, long boot, long sequence, long revision) {}
