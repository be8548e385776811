/**
 * Which line items a request is for. The engine fills an {@link
 * io.adplatform.decision.targeting.AdQuery} per imp, the {@link
 * io.adplatform.decision.targeting.TargetingIndex} of the snapshot answers it with bits over line
 * items, and {@link io.adplatform.decision.targeting.NaiveMatcher} gives the same answer slowly,
 * with the reason: for tests and for explaining.
 *
 * <p>An index is immutable and shared. A query and an {@link
 * io.adplatform.decision.targeting.IndexMatch} belong to one lane, which reuses them; a query
 * points into the buffers it was filled from, which must not change while it is in use.
 */
package io.adplatform.decision.targeting;
