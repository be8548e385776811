/**
 * The operations of the API on the kinds of {@code entity}: {@link
 * io.adplatform.campaign.rest.EntityHandler} does the same five for each, {@link
 * io.adplatform.campaign.rest.CampaignOperations} mounts them. Called by the API server on a
 * virtual thread per request; every write is one transaction over the row, its outbox rows and its
 * idempotency key.
 */
package io.adplatform.campaign.rest;
