package io.adplatform.wire.catalogue;

import java.util.List;

/**
 * What is shown.
 *
 * @param markup HTML; {@code ${CLICK_URL}} in it becomes the click beacon
 * @param landingPage where a click leads; absolute http or https
 * @param advertiserDomains never null, not empty
 * @param categories IAB content categories of the ad; never null
 * @param attributes AdCOM creative attributes; never null
 * @param secure whether markup and landing page load nothing over plain http
 */
public record Creative(
    long id,
    long accountId,
    long advertiserId,
    String name,
    Status status,
    Format format,
    int width,
    int height,
    String markup,
    String landingPage,
    List<String> advertiserDomains,
    List<String> categories,
    List<Integer> attributes,
    boolean secure)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.CREATIVE;
  }
}
