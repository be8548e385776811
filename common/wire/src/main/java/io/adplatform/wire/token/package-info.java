/**
 * The token that each bid carries and every beacon and notice brings back: its fields, its 140
 * characters, its keyed MAC. The lane that bids writes it, the lane that collects reads it;
 * flyweights are owned by one thread, nothing allocates.
 */
package io.adplatform.wire.token;
