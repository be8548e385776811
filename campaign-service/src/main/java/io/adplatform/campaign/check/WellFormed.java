package io.adplatform.campaign.check;

import io.adplatform.wire.video.VastException;
import java.io.StringReader;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Holds a document against the XML parser of the JDK. Document types are not read, and with them no
 * entity of one's own, no address outside, nothing that grows.
 */
final class WellFormed {
  private static final XMLInputFactory FACTORY = factory();

  private WellFormed() {}

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("must not lead outside");
        });
    return factory;
  }

  /**
   * Goes through a document.
   *
   * @throws VastException where it is not well formed, or has a document type
   */
  static void check(String document) throws VastException {
    try {
      XMLStreamReader reader = FACTORY.createXMLStreamReader(new StringReader(document));
      try {
        while (reader.hasNext()) {
          switch (reader.next()) {
            case XMLStreamReader.DTD ->
                throw fault("must not declare a document type", reader.getLocation());
            case XMLStreamReader.ENTITY_REFERENCE ->
                throw fault("is not well-formed XML", reader.getLocation());
            default -> {
              // Well formed so far.
            }
          }
        }
      } finally {
        reader.close();
      }
    } catch (XMLStreamException e) {
      throw fault("is not well-formed XML", e.getLocation());
    }
  }

  private static VastException fault(String detail, Location location) {
    return location == null
        ? new VastException(detail, 1, 1)
        : new VastException(
            detail, Math.max(1, location.getLineNumber()), Math.max(1, location.getColumnNumber()));
  }
}
