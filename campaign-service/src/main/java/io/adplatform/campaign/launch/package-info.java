/**
 * Wiring: {@link io.adplatform.campaign.launch.CampaignService} opens PostgreSQL, mounts the
 * operations into an API server (a shared one, or its own) and starts the outbox's publisher.
 * Called by {@code main} and by the launcher, on their threads.
 */
package io.adplatform.campaign.launch;
