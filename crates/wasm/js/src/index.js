// Owns: what the package gives. Importing it does nothing else: no global, no request, no DOM.

export { WebMessagingClient } from './client.js';
export { createSession } from './create-session.js';
export { setDefaultEndpoint } from './endpoint.js';
export {
  AuthenticationError,
  ConnectionClosedError,
  InvalidArgumentError,
  InvalidStateError,
  MessageError,
  MessageNotFoundError,
  MessageTooLongError,
  NetworkError,
  NotSupportedError,
  RateLimitedError,
  ServerError,
  WebMessagingError,
} from './errors.js';
export { loadWasm } from './loader.js';
