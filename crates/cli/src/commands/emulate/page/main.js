// Owns: that the parts of the page are there, and who of them hears of whom.
// Must not know: what they do.

import { AgentConsole } from './agent.js';
import { startFaults } from './faults.js';
import { GuestChat } from './guest.js';
import { MachineView } from './machine.js';

const agent = new AgentConsole();
const machine = new MachineView();
const guest = new GuestChat({
  made: (client) => machine.watch(client),
  entered: (conversationId) => agent.follow(conversationId),
});

startFaults(() => agent.selected);
guest.start();
