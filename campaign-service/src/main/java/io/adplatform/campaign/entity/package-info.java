/**
 * The kinds of things the API keeps: how each is read from a body and checked, written as JSON, and
 * stored in PostgreSQL. An {@link io.adplatform.campaign.entity.EntityKind} knows one kind and
 * holds no state; {@code rest} calls it inside the caller's transaction, on the request's virtual
 * thread.
 */
package io.adplatform.campaign.entity;
