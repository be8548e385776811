/**
 * Topics in memory, how far their readers have come, and what the stream job goes on from when it
 * was killed. For one thread; knows nothing of what is in the messages.
 */
package io.adplatform.simulator.stream;
