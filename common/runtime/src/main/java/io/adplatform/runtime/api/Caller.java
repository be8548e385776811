package io.adplatform.runtime.api;

import java.util.List;

/**
 * Whose key a request came with.
 *
 * @param accountId the account the key belongs to; positive
 * @param keyId id of the key itself; positive
 */
public record Caller(long accountId, long keyId, Role role) {
  /** Whether it may act for every account. */
  public boolean isOperator() {
    return role == Role.OPERATOR;
  }

  /**
   * Lets pass callers of the given roles, and operators always.
   *
   * @throws Problem 403 for any other
   */
  public void require(Role... roles) {
    require(List.of(roles));
  }

  /** The same. */
  public void require(List<Role> roles) {
    if (isOperator() || roles.contains(role)) {
      return;
    }
    throw Problem.forbidden("A key with the role " + role.text() + " may not do this.");
  }
}
