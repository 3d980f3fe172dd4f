/** Kind `can`: whether the host sits on a CAN bus. */
import { type Asking, list, read, together } from '../../facts/ask.ts';
import { type Fact, FactBuilder, type Unknown, unknown, type Where } from '../../facts/fact.ts';
import { hostModules, type Modules } from '../../facts/host/kernel-modules.ts';
import { defineKind } from '../../facts/kind.ts';
import { boolean, list as listOf, record, says, string } from '../../facts/shape.ts';
import { canSetups } from '../../facts/vehicle/can-setup.ts';

const interfaces = '/sys/class/net';
/** ARPHRD_CAN of if_arp.h. */
const canType = '280';
/** Drivers of CAN controllers (linux drivers/net/can): each makes interfaces where it finds its hardware. */
const drivers =
  /^(?:vcan|vxcan|slcan|mcp251x|mcp251xfd|hi311x|flexcan|c_can\w*|m_can\w*|tcan4x5x\w*|cc770\w*|sja1000\w*|rcar_can\w*|xilinx_can|sun4i_can|ti_hecc|at91_can|bxcan|grcan|janz_ican3|ifi_canfd|softing\w*|peak_\w+|kvaser_\w+|ems_\w+|esd_\w+|gs_usb|mcba_usb|ucan|usb_8dev|f81\w+|etas_es58x|ctucanfd\w*|plx_pci|can327)$/;

export const can = defineKind({
  name: 'can',
  noun: 'the CAN bus',
  describe:
    'Interfaces of a CAN bus: those of the running kernel, and those that systemd-networkd, ifupdown or a script set up at boot. Where only a driver is loaded at boot, whether there is one is unknown.',
  fields: {},
  shape: record({
    present: says(boolean('there is one'), { no: 'no CAN interface is there or set up' }),
    names: listOf(string('an interface'), 'what they are called'),
  }),
  touches: () => [{ do: 'list', path: interfaces }, { do: 'read', path: `${interfaces}/*/type` }, canSetups, hostModules],
  *learn(): Asking<Fact> {
    const [live, setups, { atBoot }] = yield* together([list(interfaces), canSetups(), hostModules()]);
    const names = live.is === 'got' ? live.value : [];
    const types = yield* together(names.map((n) => read(`${interfaces}/${n}/type`)));
    const found = new Map<string, Where>();
    for (const [at, name] of names.entries()) {
      const type = types[at];
      if (type?.is === 'got' && type.value.trim() === canType) found.set(name, { path: `${interfaces}/${name}` });
    }
    for (const { name, at } of setups.each) if (!found.has(name)) found.set(name, at);
    const shut = [{ path: interfaces, answer: live }, ...types.map((answer, at) => ({ path: `${interfaces}/${names[at]}/type`, answer }))].find(
      ({ answer }) => answer.is === 'blocked' && answer.why !== 'unsupported',
    );
    const open = shut?.answer.is === 'blocked' ? unknown(shut.answer, shut.path) : (setups.unseen ?? (live.is === 'got' ? undefined : byDriver(atBoot)));
    if (found.size === 0 && open) return open;
    const where = found.size > 0 ? [...found.values()] : [{ path: interfaces }];
    return new FactBuilder()
      .consulted({ path: interfaces }, { path: '/etc/systemd/network' }, { path: '/usr/lib/systemd/network' }, { path: '/etc/network/interfaces' })
      .set('present', found.size > 0, ...where)
      .set('names', [...found.keys()], ...where)
      .build();
  },
});

/** On an image a driver that is loaded at boot may find its hardware, and a program may bring the interface up. */
function byDriver({ each, unseen }: Modules): Unknown | undefined {
  const driver = each.find(({ name }) => drivers.test(name));
  if (!driver) return unseen;
  return {
    is: 'unknown',
    why: 'ambiguous',
    said: `the driver ${driver.name} of a CAN interface is loaded at boot, and nothing tells who sets it up`,
    where: [driver.at],
  };
}
