/** A command that was sent, by its name and its whole input. */
type SentCommand = readonly [name: string, input: unknown];

/**
 * An SDK client that keeps what is sent, and answers as it is told.
 *
 * @param answer gets the command's name and input; what it throws, the call throws
 */
export function stubClient<Client>(answer: (name: string, input: never) => unknown = () => ({})) {
  const sent: SentCommand[] = [];
  const send = async (command: { constructor: { name: string }; input: never }) => {
    const { name } = command.constructor;
    sent.push([name, command.input]);
    return { $metadata: { attempts: 1 }, ...(answer(name, command.input) as object) };
  };
  return { client: { send } as unknown as Client, sent };
}

/** An error as the SDK throws it. */
export function serviceError(name: string, message = 'not-to-be-told'): Error {
  return Object.assign(new Error(message), { name });
}
