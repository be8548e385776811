package io.adplatform.campaign.rest;

import io.adplatform.runtime.api.ApiDocument;
import io.adplatform.runtime.api.ApiResponse;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Holds answers to the document: each field of them must stand in it. Thread-safe. */
final class DocumentedAnswers {
  private static final long LIMIT_SECONDS = 30;

  private final OpenAPIContract contract;
  private final ResponseValidator validator;

  DocumentedAnswers() {
    Vertx vertx = Vertx.vertx();
    ApiDocument document = ApiDocument.load();
    JsonObject strict = document.forRouter(document.operationIds("campaign"));
    close(strict.getJsonObject("components").getJsonObject("schemas"));
    contract = await(OpenAPIContract.from(vertx, strict));
    validator = ResponseValidator.create(vertx, contract);
  }

  /** Allows no field that is not named. */
  private static void close(Object value) {
    if (value instanceof JsonArray array) {
      array.forEach(DocumentedAnswers::close);
    } else if (value instanceof JsonObject object) {
      object.forEach(entry -> close(entry.getValue()));
      boolean names = object.getValue("properties") instanceof JsonObject;
      if (names && object.containsKey("type") && !object.containsKey("additionalProperties")) {
        object.put("additionalProperties", false);
      }
    }
  }

  /** Fails where the document does not describe the answer. */
  void check(String method, String path, int status, String body) {
    Operation operation =
        contract.findOperation(
            "/api/v1" + path.replaceAll("\\?.*", ""), HttpMethod.valueOf(method));
    if (operation == null || body.isEmpty()) {
      return;
    }
    try {
      await(
          validator.validate(
              ValidatableResponse.create(status, Buffer.buffer(body), ApiResponse.JSON),
              operation.getOperationId()));
    } catch (AssertionError e) {
      throw new AssertionError(
          operation.getOperationId() + " answers " + status + " " + body + ": " + e.getMessage(),
          e);
    }
  }

  private static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
