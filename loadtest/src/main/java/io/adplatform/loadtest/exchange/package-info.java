/**
 * The exchange from outside, as scenarios hold it: the command that starts and ends it, its REST
 * API, an SSP that sends the requests of {@code loadtest/requests/}. Knows nothing of the inside.
 */
package io.adplatform.loadtest.exchange;
