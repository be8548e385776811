package io.adplatform.campaign.entity;

/**
 * What of a thing no body can change.
 *
 * @param id its id
 * @param accountId the account that owns it
 * @param advertiserId the advertiser it belongs to; 0 where it belongs to none
 * @param campaignId the campaign it belongs to; 0 where it belongs to none
 */
public record Identity(long id, long accountId, long advertiserId, long campaignId) {}
