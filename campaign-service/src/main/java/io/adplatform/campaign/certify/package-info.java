/**
 * Tries a demand partner before auctions do: {@link
 * io.adplatform.campaign.certify.CertificationHandler} sends it sample requests one after the other
 * and judges the answers by the rules that bids are held to. Everything is bounded (requests, time,
 * bytes, tests at once), only the configured address is asked, and no redirect is followed. Called
 * on the API's virtual threads, which wait for the partner.
 */
package io.adplatform.campaign.certify;
