/**
 * Money as integers: decimal text into micros and back, per-thousand prices into amounts,
 * currencies as ISO 4217 numbers. Pure and allocation-free; any thread.
 */
package io.adplatform.wire.money;
