// What a guest's frames say.
// Owns: telling them apart. Must not know: who sent them.

/** Whether a frame says that typing starts (`'On'`) or stops (`'Off'`). */
export const isTyping = (kind) => ({ message }) => Boolean(message?.events?.some(({ typing }) => typing?.type === kind));

/** Whether a frame is a text; a health check is none. */
export const isText = ({ action, message }) => action === 'onMessage' && message.type === 'Text';

/** Whether a frame is a read receipt. */
export const isReceipt = ({ message }) => message?.type === 'Receipt';
