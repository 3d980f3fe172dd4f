/** What all commands share: nothing but the base class that oclif wants. Errors go up to `main`. */
import { Command } from '@oclif/core/command';

export abstract class PretripCommand extends Command {
  /** Runs the command with the arguments it was made with. */
  async start(): Promise<void> {
    await this._run();
  }

  /** oclif would print and exit by itself; `main` knows the exit statuses. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }
}
