package io.adplatform.wire.targeting;

import java.util.List;
import java.util.Map;

/**
 * Which requests a line item is for. A request matches when for every attribute in {@code include}
 * it has one of the listed values, for no attribute in {@code exclude} it has one of the listed
 * values, and the viewer's local time is within one of {@code dayparts} (where there are any). An
 * unknown value of the request matches no include and no exclude.
 *
 * <p>Attributes are the names of {@link Attribute}; the values are in its form. {@code keyValue}
 * values are written {@code key=value}; within one key the values are alternatives, different keys
 * must all match (exclude: any excluded pair excludes).
 *
 * @param include attribute name to values; never null
 * @param exclude attribute name to values; never null
 * @param dayparts alternatives; never null, empty is any time
 */
public record Targeting(
    Map<String, List<String>> include, Map<String, List<String>> exclude, List<Daypart> dayparts) {
  /** Every request. */
  public static final Targeting ANY = new Targeting(Map.of(), Map.of(), List.of());
}
