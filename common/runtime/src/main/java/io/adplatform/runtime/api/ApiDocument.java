package io.adplatform.runtime.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document, as it is published and as the router reads it. The router knows neither
 * relative servers nor the media types of problems, merge patches and tables, so its copy has an
 * absolute server, plain JSON and plain bytes in their place.
 */
public final class ApiDocument {
  /** Media type of an update (RFC 7396), which may also come as plain JSON. */
  static final String MERGE_PATCH = "application/merge-patch+json";

  /** Media type of a table (RFC 4180). */
  static final String CSV = "text/csv";

  /** What stands in its place for the router: bytes that are the handler's to read. */
  static final String BYTES = "application/octet-stream";

  /** Below it lies every operation. */
  static final String BASE = "/api/v1";

  private static final String RESOURCE = "/adplatform-v1.yaml";

  private final JsonObject published;

  private ApiDocument(JsonObject published) {
    this.published = published;
  }

  /** Reads it from the class path. */
  public static ApiDocument load() {
    try (InputStream in = ApiDocument.class.getResourceAsStream(RESOURCE)) {
      Map<String, Object> tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      return new ApiDocument(new JsonObject(tree));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code GET /api/v1/openapi.json} answers it. */
  public Buffer published() {
    return published.toBuffer();
  }

  /**
   * The ids of its operations.
   *
   * @param tag only those with the tag; null is all
   */
  public Set<String> operationIds(String tag) {
    Set<String> ids = new TreeSet<>();
    for (Object path : published.getJsonObject("paths").getMap().values()) {
      for (Object item : ((Map<?, ?>) path).values()) {
        if (item instanceof Map<?, ?> operation
            && operation.get("operationId") instanceof String id
            && (tag == null
                || operation.get("tags") instanceof Iterable<?> tags && contains(tags, tag))) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  private static boolean contains(Iterable<?> tags, String tag) {
    for (Object each : tags) {
      if (tag.equals(each)) {
        return true;
      }
    }
    return false;
  }

  /** As the router reads it: with the operations that are mounted, and no other. */
  public JsonObject forRouter(Set<String> mounted) {
    JsonObject copy = new JsonObject(published.toBuffer());
    copy.put(
        "servers", new JsonArray().add(new JsonObject().put("url", "http://localhost" + BASE)));
    keep(copy.getJsonObject("paths"), mounted);
    plain(copy);
    return copy;
  }

  private static void keep(JsonObject paths, Set<String> mounted) {
    for (String name : Set.copyOf(paths.fieldNames())) {
      JsonObject path = paths.getJsonObject(name);
      boolean any = false;
      for (String method : Set.copyOf(path.fieldNames())) {
        if (path.getValue(method) instanceof JsonObject operation) {
          if (mounted.contains(operation.getString("operationId"))) {
            any = true;
          } else {
            path.remove(method);
          }
        }
      }
      if (!any) {
        paths.remove(name);
      }
    }
  }

  private static void plain(Object value) {
    if (value instanceof JsonArray array) {
      array.forEach(ApiDocument::plain);
    } else if (value instanceof JsonObject object) {
      JsonObject content = object.getValue("content") instanceof JsonObject c ? c : null;
      if (content != null) {
        content.remove(MERGE_PATCH);
        if (content.remove(CSV) != null) {
          content.put(BYTES, new JsonObject());
        }
        Object problem = content.remove(Problem.CONTENT_TYPE);
        if (problem != null) {
          content.put(ApiResponse.JSON, problem);
        }
      }
      object.forEach(entry -> plain(entry.getValue()));
    }
  }
}
