/**
 * Frequency caps: how often one user may see one line item, campaign or advertiser, and the keyed
 * hash under which a user is counted. Values and pure functions over bytes.
 */
package io.adplatform.wire.frequency;
