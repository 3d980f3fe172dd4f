/**
 * The directives a unit file may hold, by section and by how repeated assignments combine.
 * Taken from `systemd --dump-configuration-items` of systemd 252, with the additions up to 257.
 */
import type { UnitType } from './names.ts';

/**
 * - `text`: the last assignment wins, an empty one takes it back
 * - `boolean`, `mode`: the last valid one wins; what does not parse is ignored
 * - `words`: words add up over all assignments, an empty one clears the list
 * - `units`: as `words`, but nothing ever clears it (dependencies)
 * - `lines`: each assignment is one element, an empty one clears the list
 * - `environment`, `delegate`, `controllers`: rules of their own
 */
export type DirectiveClass = 'text' | 'boolean' | 'mode' | 'words' | 'units' | 'lines' | 'environment' | 'delegate' | 'controllers';

type Group = Partial<Record<DirectiveClass, string>>;

const groups = {
  Unit: {
    text: `
      Description SourcePath OnSuccessJobMode OnFailureJobMode JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument
      StartLimitIntervalSec StartLimitBurst StartLimitAction FailureAction SuccessAction FailureActionExitStatus SuccessActionExitStatus RebootArgument
      CollectMode`,
    words: 'Documentation RequiresMountsFor WantsMountsFor',
    units: `
      Requires Requisite Wants BindsTo Upholds Conflicts Before After OnSuccess OnFailure PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo
      StopPropagatedFrom PartOf JoinsNamespaceOf`,
    boolean: 'StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies IgnoreOnIsolate SurviveFinalKillSignal',
    lines: `
      ConditionPathExists ConditionPathExistsGlob ConditionPathIsDirectory ConditionPathIsSymbolicLink ConditionPathIsMountPoint ConditionPathIsReadWrite
      ConditionPathIsEncrypted ConditionDirectoryNotEmpty ConditionFileNotEmpty ConditionFileIsExecutable ConditionNeedsUpdate ConditionFirstBoot
      ConditionArchitecture ConditionFirmware ConditionVirtualization ConditionHost ConditionKernelCommandLine ConditionKernelVersion ConditionCredential
      ConditionSecurity ConditionCapability ConditionACPower ConditionMemory ConditionCPUFeature ConditionCPUs ConditionEnvironment ConditionUser
      ConditionGroup ConditionControlGroupController ConditionOSRelease ConditionMemoryPressure ConditionCPUPressure ConditionIOPressure AssertPathExists
      AssertPathExistsGlob AssertPathIsDirectory AssertPathIsSymbolicLink AssertPathIsMountPoint AssertPathIsReadWrite AssertPathIsEncrypted
      AssertDirectoryNotEmpty AssertFileNotEmpty AssertFileIsExecutable AssertNeedsUpdate AssertFirstBoot AssertArchitecture AssertVirtualization AssertHost
      AssertKernelCommandLine AssertKernelVersion AssertCredential AssertSecurity AssertCapability AssertACPower AssertMemory AssertCPUFeature AssertCPUs
      AssertEnvironment AssertUser AssertGroup AssertControlGroupController AssertOSRelease AssertMemoryPressure AssertCPUPressure AssertIOPressure`,
  },
  Service: {
    text: `
      PIDFile RestartSec TimeoutStartSec TimeoutStopSec TimeoutAbortSec TimeoutStartFailureMode TimeoutStopFailureMode RuntimeMaxSec
      RuntimeRandomizedExtraSec WatchdogSec Type ExitType Restart FileDescriptorStoreMax NotifyAccess USBFunctionDescriptors USBFunctionStrings OOMPolicy
      FileDescriptorStorePreserve ReloadSignal RestartMaxDelaySec RestartMode RestartSteps`,
    lines: 'ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost OpenFile',
    boolean: 'RootDirectoryStartOnly RemainAfterExit GuessMainPID NonBlocking',
    words: 'RestartPreventExitStatus RestartForceExitStatus SuccessExitStatus Sockets',
  },
  exec: {
    text: `
      TimeoutSec WorkingDirectory RootDirectory RootImage RootHash RootHashSignature RootVerity User Group Nice OOMScoreAdjust CoredumpFilter
      IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy CPUSchedulingPriority CPUAffinity NUMAPolicy NUMAMask StandardInput StandardOutput
      StandardError TTYPath TTYRows TTYColumns SyslogIdentifier SyslogFacility SyslogLevel LogLevelMax LogRateLimitIntervalSec LogRateLimitBurst
      TimerSlackNSec KeyringMode ProtectProc ProcSubset SystemCallErrorNumber RestrictNamespaces LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS
      LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME NetworkNamespacePath
      IPCNamespacePath LogNamespace ProtectSystem ProtectHome MountFlags MountAPIVFS Personality RuntimeDirectoryPreserve TimeoutCleanSec PAMName
      UtmpIdentifier UtmpMode SELinuxContext AppArmorProfile SmackProcessLabel SetLoginEnvironment`,
    lines: `
      RootImageOptions ExtensionImages MountImages EnvironmentFile StandardInputText StandardInputData SecureBits CapabilityBoundingSet AmbientCapabilities
      SystemCallFilter SystemCallLog RestrictAddressFamilies SetCredential SetCredentialEncrypted LoadCredential LoadCredentialEncrypted ImportCredential`,
    words: `
      ExtensionDirectories SupplementaryGroups PassEnvironment UnsetEnvironment LogExtraFields SystemCallArchitectures RestrictFileSystems ReadWritePaths
      ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ExecSearchPath BindPaths BindReadOnlyPaths TemporaryFileSystem RuntimeDirectory StateDirectory
      CacheDirectory LogsDirectory ConfigurationDirectory`,
    boolean: `
      CPUSchedulingResetOnFork DynamicUser RemoveIPC TTYReset TTYVHangup TTYVTDisallocate SyslogLevelPrefix NoNewPrivileges MemoryDenyWriteExecute
      RestrictRealtime RestrictSUIDSGID LockPersonality PrivateTmp PrivateDevices ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock
      ProtectControlGroups PrivateNetwork PrivateUsers PrivateMounts PrivateIPC IgnoreSIGPIPE ProtectHostname MemoryKSM PrivatePIDs RootEphemeral`,
    mode: 'UMask RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode',
    environment: 'Environment',
  },
  resource: {
    text: `
      Slice AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes CPUWeight StartupCPUWeight CPUShares StartupCPUShares CPUQuota
      CPUQuotaPeriodSec MemoryMin DefaultMemoryMin DefaultMemoryLow MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryLimit DevicePolicy IOWeight
      StartupIOWeight BlockIOWeight StartupBlockIOWeight TasksMax ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMPreference
      DelegateSubgroup MemoryPressureWatch MemoryZSwapMax StartupMemoryHigh StartupMemoryMax`,
    boolean: 'CPUAccounting MemoryAccounting IOAccounting BlockIOAccounting TasksAccounting IPAccounting CoredumpReceive',
    lines: `
      DeviceAllow IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec BlockIODeviceWeight
      BlockIOReadBandwidth BlockIOWriteBandwidth IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath BPFProgram SocketBindAllow
      SocketBindDeny RestrictNetworkInterfaces NFTSet`,
    delegate: 'Delegate',
    controllers: 'DisableControllers',
  },
  kill: {
    boolean: 'SendSIGKILL SendSIGHUP',
    text: 'KillMode KillSignal RestartKillSignal FinalKillSignal WatchdogSignal',
  },
  Socket: {
    lines: 'ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction ExecStopPre',
    text: `
      SocketProtocol BindIPv6Only Backlog BindToDevice SocketUser SocketGroup MaxConnections MaxConnectionsPerSource KeepAliveTimeSec KeepAliveIntervalSec
      KeepAliveProbes DeferAcceptSec Priority ReceiveBuffer SendBuffer IPTOS IPTTL Mark PipeSize Timestamping TCPCongestion MessageQueueMaxMessages
      MessageQueueMessageSize FileDescriptorName Service TriggerLimitIntervalSec TriggerLimitBurst SmackLabel SmackLabelIPIn SmackLabelIPOut PollLimitBurst
      PollLimitIntervalSec`,
    mode: 'SocketMode DirectoryMode',
    boolean: `
      Accept FlushPending Writable KeepAlive NoDelay FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo ReusePort RemoveOnStop
      SELinuxContextFromNet PassFileDescriptorsToExec`,
    words: 'Symlinks',
  },
  Timer: {
    lines: 'OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec',
    boolean: 'OnClockChange OnTimezoneChange Persistent WakeSystem RemainAfterElapse FixedRandomDelay',
    text: 'AccuracySec RandomizedDelaySec Unit',
  },
  Path: {
    lines: 'PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty',
    boolean: 'MakeDirectory',
    mode: 'DirectoryMode',
    text: 'Unit TriggerLimitIntervalSec TriggerLimitBurst',
  },
  Install: {
    words: 'Alias WantedBy RequiredBy Also UpheldBy',
    text: 'DefaultInstance',
  },
  /** Accepted in [Service] from before they moved to [Unit]. */
  moved: { text: 'StartLimitInterval StartLimitBurst StartLimitAction FailureAction RebootArgument' },
} satisfies Record<string, Group>;

const executing: readonly UnitType[] = ['service', 'socket', 'mount', 'swap'];

/** Which groups a type's own section takes. */
function ownGroups(type: UnitType): readonly Group[] {
  const found: Group[] = [];
  if (executing.includes(type)) found.push(groups.exec, groups.kill, groups.resource);
  if (type === 'scope') found.push(groups.kill, groups.resource);
  if (type === 'slice') found.push(groups.resource);
  if (type === 'service') found.push(groups.Service, groups.moved);
  if (type === 'socket') found.push(groups.Socket);
  if (type === 'timer') found.push(groups.Timer);
  if (type === 'path') found.push(groups.Path);
  return found;
}

function classesOf(of: readonly Group[]): ReadonlyMap<string, DirectiveClass> {
  const classes = new Map<string, DirectiveClass>();
  for (const group of of) {
    for (const [name, keys] of Object.entries(group)) {
      for (const key of keys.trim().split(/\s+/)) classes.set(key, name as DirectiveClass);
    }
  }
  return classes;
}

/** Every directive of any type; unit and install sections included. */
export const directives: ReadonlyMap<string, DirectiveClass> = classesOf(Object.values(groups));

const unitSection = classesOf([groups.Unit]);
const installSection = classesOf([groups.Install]);

/** The class of a directive in a section of a unit of some type; undefined where systemd ignores it. */
export function directiveIn(type: UnitType, section: string, key: string): DirectiveClass | undefined {
  if (section === 'Unit') return unitSection.get(key);
  if (section === 'Install') return installSection.get(key);
  return ownSection(type).get(key);
}

const ownSections = new Map<UnitType, ReadonlyMap<string, DirectiveClass>>();

function ownSection(type: UnitType): ReadonlyMap<string, DirectiveClass> {
  const known = ownSections.get(type) ?? classesOf(ownGroups(type));
  ownSections.set(type, known);
  return known;
}

/** The section of a unit of this type in which a directive would count. */
export function sectionFor(type: UnitType, key: string): string | undefined {
  if (ownSection(type).has(key)) return (type[0] as string).toUpperCase() + type.slice(1);
  if (unitSection.has(key)) return 'Unit';
  return installSection.has(key) ? 'Install' : undefined;
}

/** Directive names by their lower-case form, to recognise a wrong case. */
export const byLowerCase: ReadonlyMap<string, string> = new Map([...directives.keys()].map((k) => [k.toLowerCase(), k]));

/** Directives that share one list: an empty assignment to any of them clears all. */
export function sharedList(key: string): string | undefined {
  if (key.startsWith('Listen')) return 'Listen';
  if (key.startsWith('Condition')) return 'Condition';
  if (key.startsWith('Assert')) return 'Assert';
  if (groups.Timer.lines.split(' ').includes(key)) return 'Timer';
  return undefined;
}

/** Values that an enumeration takes; anything else is ignored and the earlier value stays. */
export const enumerations: Readonly<Record<string, readonly string[]>> = {
  Type: ['simple', 'exec', 'forking', 'oneshot', 'dbus', 'notify', 'notify-reload', 'idle'],
  Restart: ['no', 'on-success', 'on-failure', 'on-abnormal', 'on-watchdog', 'on-abort', 'always'],
  KillMode: ['control-group', 'process', 'mixed', 'none'],
  NotifyAccess: ['none', 'main', 'exec', 'all'],
  ExitType: ['main', 'cgroup'],
  DevicePolicy: ['auto', 'closed', 'strict'],
};
