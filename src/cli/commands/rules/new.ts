import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { idPattern } from '../../../rules/rule.ts';
import { allOf, UsageError } from '../../errors.ts';
import { isCheckout, shippedRules } from '../../paths.ts';
import { PretripCommand } from '../../pretrip-command.ts';
import { out } from '../../print.ts';
import { writeWhole } from '../../write-file.ts';

export default class RulesNew extends PretripCommand {
  static override readonly undone = 'nothing was written';
  static override summary = 'Start a rule: writes the rule and its cases, ready to be edited.';
  static override examples = ['<%= config.bin %> rules new podman.api.socket-mode', '<%= config.bin %> rules new acme.motd -r my-rules'];
  static override args = { id: Args.string({ ignoreStdin: true, description: 'the id of the rule, dotted and in lower case', required: true }) };
  static override flags = {
    rules: Flags.string({ char: 'r', description: 'directory of rules to write into; default: the shipped ones of this checkout', helpValue: 'DIR' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.read(RulesNew, async (parsed) => {
      await allOf(
        () => refuseNoId(parsed.args.id),
        () => {
          if (parsed.flags.rules === undefined && !isCheckout) throw new UsageError('say where the rule belongs', 'such as: -r my-rules');
        },
      );
      return parsed;
    });
    const root = flags.rules ?? shippedRules;
    const stem = join(root, args.id.replaceAll('.', '/'));
    for (const file of [`${stem}.yaml`, `${stem}.test.yaml`])
      if (existsSync(file)) throw new UsageError(`${file} exists already`, 'edit it, or choose another id');
    const schema = relative(join(stem, '..'), join(shippedRules, 'schema.json'));
    writeWhole(`${stem}.yaml`, ruleText(args.id, schema));
    writeWhole(`${stem}.test.yaml`, casesText());
    await out(
      `wrote ${stem}.yaml\nwrote ${stem}.test.yaml\n\nnext: edit both, then\n  pretrip rules check${flags.rules ? ` ${flags.rules}` : ''}\n  pretrip rules test ${args.id}${flags.rules ? ` -r ${flags.rules}` : ''}\n`,
    );
  }
}

function refuseNoId(id: string): void {
  if (!idPattern.test(id)) throw new UsageError(`"${id}" is not a rule id`, 'write it dotted and in lower case, such as podman.api.service-timeout');
}

function ruleText(id: string, schema: string): string {
  return `# yaml-language-server: $schema=${schema}
id: ${id}
title: /etc/example is private to root
failing: Others than root may read /etc/example
severity: medium
profiles: [base]
why: >-
  What breaks when this does not hold, and for whom.
controls: [CM-6]
references:
  - title: where this is written or was tried
check:
  - file: /etc/example
    ifMissing: not-applicable
    say: "{label} has mode {mode}, so others than root may read it"
    expect:
      mode: { noMoreThan: "0600" }
  - file: /etc/example
    ifMissing: not-applicable
    say: "{label} belongs to the uid {uid}, not to root"
    expect:
      uid: 0
remedy:
  - chmod: /etc/example
    mode: "0600"
    needs: root
  - chown: /etc/example
    owner: "root:root"
    needs: root
  - verify: [ls, -l, /etc/example]
`;
}

function casesText(): string {
  return `on: empty
cases:
  - it: passes when only root may read it
    files:
      /etc/example: { content: "x", mode: "0600" }
    gives: pass
  - it: fails when everybody may read it
    files:
      /etc/example: { content: "x", mode: "0644" }
    gives: fail
    citing: /etc/example
    saying: "0644"
  - it: fails when somebody else owns it
    files:
      /etc/example: { content: "x", mode: "0600", owner: "1000:1000" }
    gives: fail
  - it: does not apply when there is no such file
    gives: not-applicable
  - it: is unknown when nobody may look into /etc
    files:
      /etc: { type: directory, blocked: denied }
      /etc/example: { content: "x", mode: "0600" }
    gives: unknown
`;
}
