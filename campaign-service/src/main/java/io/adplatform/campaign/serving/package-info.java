/**
 * Why a line item is, or is not, serving: {@link io.adplatform.campaign.serving.ServingHandler}
 * puts together what this service stores, what billing-service knows of the budget and what
 * analytics-ingest saw in the last hour. The other two are asked over HTTP at the same time, on
 * virtual threads; what does not answer in time is said to be unknown.
 */
package io.adplatform.campaign.serving;
