/**
 * What makes a body valid beyond its shape, which the OpenAPI document checks: known currencies and
 * time zones, ordered dates, targeting values in the form of {@link
 * io.adplatform.wire.targeting.Attribute}, domains, markup. Pure functions of values that collect
 * every fault with the JSON pointer of its field; called by {@code entity} on the request's virtual
 * thread.
 */
package io.adplatform.campaign.check;
