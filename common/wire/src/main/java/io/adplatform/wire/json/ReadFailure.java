package io.adplatform.wire.json;

/** Why a body, or one imp of it, was refused: a bounded set, used as the label of a counter. */
public enum ReadFailure {
  /** It was not refused. */
  NONE,
  /** The body ends before its JSON does, or is empty. */
  TRUNCATED,
  /** Not JSON. */
  SYNTAX,
  /** A byte below 0x20 in a text. */
  CONTROL_CHARACTER,
  /** An unknown escape, or half of a surrogate pair. */
  BAD_ESCAPE,
  /** Not UTF-8. */
  BAD_UTF8,
  /** Objects and arrays nested deeper than {@link JsonReader#MAX_DEPTH}. */
  TOO_DEEP,
  /** Something follows the JSON. */
  TRAILING_BYTES,
  /** A field that is read stands twice in one object. */
  DUPLICATE_KEY,
  /** A field that is read has a value of another JSON type than it must have. */
  WRONG_TYPE,
  /** A number beyond what its field can mean, such as a floor of 1e999 or a negative size. */
  OUT_OF_RANGE,
  /** The request has no {@code id}. */
  NO_ID,
  /** The request has no {@code imp}. */
  NO_IMP,
  /** An imp has no {@code id}. */
  NO_IMP_ID,
  /** Two imps have one {@code id}. */
  DUPLICATE_IMP_ID,
  /** More than one of {@code site}, {@code app} and {@code dooh}. */
  SEVERAL_INVENTORIES
}
