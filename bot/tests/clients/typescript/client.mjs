// A client on the official TypeScript SDK that does one step at a time.
//
// Reads a line of JSON from standard input, does what it says with the SDK, and answers with a
// line of JSON on standard output: {"ok": ...} or {"error": {"code": ..., "message": ...}}.
// What is to be done, and what must come out, stands in the test that starts this; nothing is
// judged here. The SDK itself refuses results that do not fit a tool's output schema.

import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

let client;
let heard = [];
let underWay;

const steps = {
  // Starts the server. This SDK knows `initialize` only.
  async connect({ command, args }) {
    client = new Client({ name: 'waiaas-test', version: '1' });
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      heard.push({ level: params.level, data: params.data });
    });
    const transport = new StdioClientTransport({ command, args });
    // The SDK keeps the version it agreed on to itself, but tells it to its transport.
    let version;
    transport.setProtocolVersion = (agreed) => {
      version = agreed;
    };
    await client.connect(transport);
    return {
      version,
      server: client.getServerVersion().name,
      instructions: client.getInstructions(),
    };
  },

  async tools() {
    const { tools } = await client.listTools();
    return tools.map((tool) => tool.name);
  },

  async call({ tool, arguments: given }) {
    const result = await client.callTool({ name: tool, arguments: given });
    return {
      isError: result.isError ?? false,
      data: result.structuredContent,
      text: result.content[0].text,
    };
  },

  // Starts a call and does not wait for it.
  async begin_call({ tool, arguments: given }) {
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const outcome = client.callTool({ name: tool, arguments: given }, undefined, options).then(
      () => 'answered',
      () => (abort.signal.aborted ? 'cancelled' : 'refused'),
    );
    underWay = { abort, outcome };
    return null;
  },

  // Cancels the call under way and tells how it ended.
  async cancel() {
    underWay.abort.abort('the user pressed stop');
    return underWay.outcome;
  },

  async resources() {
    const { resources } = await client.listResources();
    return resources.map((resource) => resource.uri);
  },

  async read({ uri }) {
    const { contents } = await client.readResource({ uri });
    return JSON.parse(contents[0].text);
  },

  async ping() {
    await client.ping();
    return null;
  },

  async set_level({ level }) {
    await client.setLoggingLevel(level);
    return null;
  },

  // What was heard since the last time.
  async news() {
    const news = heard;
    heard = [];
    return news;
  },

  async close() {
    await client.close();
    return null;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  let answer;
  try {
    answer = { ok: (await steps[step.do](step)) ?? null };
  } catch (error) {
    answer = { error: { code: error.code ?? null, message: String(error.message) } };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await client?.close();
