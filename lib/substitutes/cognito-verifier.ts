/** Stands in for the verifier of one user pool's tokens; tokens here are verified by `JwtVerifier`. */
export const CognitoJwtVerifier = undefined;
