export const possibleTypes = {
  "PatchUserError": [
    "ConflictError",
    "ForbiddenError",
    "IdempotencyError",
    "InvalidInputError",
    "JournalUnavailableError",
    "OutcomeUnknownError",
    "ProviderRefusedError",
    "ProviderUnavailableError",
    "RateLimitedError",
    "StaleVersionError",
    "UnsupportedFieldError",
    "UserNotFoundError"
  ]
};
