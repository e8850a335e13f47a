/**
 * What cannot be among the values of one meter: names it, with the registers it came from, and says
 * what must not be shown because of it. It changes no value and no decoding.
 */
import type { ChannelConfig, CtProfile } from '../site/schema.ts';
import { type ChannelMap, NAMES, type PhaseNames } from './channels.ts';
import {
  CONNECTED_V,
  contradiction,
  farBeyond,
  isSoundVoltage,
  isStrangeEnergy,
  isStrangeFrequency,
  isStrangeVoltage,
  isTooMuch,
  Lasting,
  limitsOf,
  type PhaseLimits,
  type PhaseShown,
  type Service,
} from './plausible.ts';
import type { Profile, ProfileValue } from './profile.ts';
import { type Doubt, type DoubtKind, PHASES, type Phase } from './reading.ts';
import { encodeValue, rawNumber } from './registers.ts';
import { type LookUp, type Measured, readValue } from './values.ts';
import type { ValueName } from './vocabulary.ts';
import { Half } from './width.ts';

/** A value that is read now and then is doubted when it cannot be twice: once may be a disturbance. */
const SLOW_READS = 2;
/** After volts that cannot be, so many reads without any before a number of the meter is shown. */
const SOUND_READS = 3;
/** What a read counts of which the volts are sound, but not the frequency. */
const LITTLE_SOUND = 0.1;
/** So many reads in a row that cannot be call for a closer look. */
const READS_TO_LOOK = 3;

const NONE: readonly Doubt[] = [];

export interface DoubtsOptions {
  profile: Profile;
  maps: readonly ChannelMap[];
  channels: readonly ChannelConfig[];
  ctProfiles: readonly CtProfile[];
  service?: Service | undefined;
}

interface Watched {
  phase: Phase;
  names: PhaseNames;
  limits: PhaseLimits;
  lasting: Lasting;
  half: Half;
  /** Made once and filled at each poll. */
  shown: PhaseShown;
}

export class Doubts {
  /** What must not be shown now. */
  readonly hidden = new Set<ValueName>();
  /** Whether it takes a closer look to tell what is wrong. */
  wantsLook = false;
  readonly #profile: Profile;
  readonly #phases: Watched[];
  readonly #total: { lasting: Lasting; half: Half; farW: number } | null;
  readonly #values: ReadonlyMap<ValueName, ProfileValue>;
  readonly #energies: readonly ValueName[];
  readonly #sentinels = new Map<ValueName, number>();
  /** Frequency and counters that cannot be, and how often in a row they were read so. */
  readonly #strange = new Map<ValueName, number>();
  #anySound = false;
  #soundReads = SOUND_READS;
  #doubtfulReads = 0;
  #found: Doubt[] = [];

  constructor({ profile, maps, channels, ctProfiles, service }: DoubtsOptions) {
    this.#profile = profile;
    this.#values = new Map(profile.values.map((value) => [value.name, value]));
    this.#energies = [...this.#values.keys()].filter((name) => name.startsWith('energy_'));
    this.#phases = PHASES.flatMap((phase) => {
      const map = maps.find(({ phases }) => phases.includes(phase));
      const channel = channels.find(({ id }) => id === map?.id);
      const names = NAMES[phase];
      const power = this.#values.get(names.power);
      if (channel === undefined || power === undefined) return [];
      return {
        phase,
        names,
        limits: limitsOf(channel, ctProfiles, service),
        lasting: new Lasting(),
        half: new Half(power),
        shown: { voltageV: null, currentA: null, powerW: null, powerFactor: null },
      };
    });
    const hasTotal = maps.some(({ powerName }) => powerName === 'power_total');
    const farW = this.#phases.reduce((sum, { limits }) => sum + limits.farW, 0);
    const total = hasTotal ? this.#values.get('power_total') : undefined;
    this.#total = total ? { lasting: new Lasting(), half: new Half(total), farW } : null;
  }

  /** The phases that are watched, with their limits: what a closer look measures sense by. */
  get phases(): readonly Pick<Watched, 'names' | 'limits' | 'half'>[] {
    return this.#phases;
  }

  get halfTotal(): Half | null {
    return this.#total?.half ?? null;
  }

  /** Takes note of what has just been read. */
  note(values: readonly (readonly [ValueName, Measured])[]): void {
    for (const [name, measured] of values) {
      if (measured.sentinel !== undefined) this.#sentinels.set(name, measured.sentinel);
      else if (this.#sentinels.size > 0) this.#sentinels.delete(name);
      if (this.#isStrange(name, measured.value)) {
        this.#strange.set(name, (this.#strange.get(name) ?? 0) + 1);
      } else if (this.#strange.size > 0) this.#strange.delete(name);
    }
  }

  /**
   * What cannot be of what is known now, and hides what must not be shown.
   * @param monoMs  when the newest of it was read
   */
  check(lookUp: LookUp, monoMs: number): readonly Doubt[] {
    this.hidden.clear();
    this.#found = [];
    this.wantsLook = false;
    this.#see(lookUp);
    let isAbsurd = false;
    for (const watched of this.#phases) {
      if (this.#judgePhase(watched, monoMs) === 'voltage') isAbsurd = true;
    }
    if (this.#total) this.#judgeTotal(readValue(lookUp, 'power_total'), monoMs);
    this.#judgeSlow(lookUp);
    if (this.#sentinels.size > 0) this.#judgeSentinels();
    this.#beCareful(isAbsurd);
    return this.#conclude();
  }

  #see(lookUp: LookUp): void {
    this.#anySound = false;
    for (const { names, shown, limits } of this.#phases) {
      shown.voltageV = readValue(lookUp, names.voltage);
      shown.currentA = readValue(lookUp, names.current);
      shown.powerW = readValue(lookUp, names.power);
      shown.powerFactor = readValue(lookUp, names.powerFactor);
      if (isSoundVoltage(shown.voltageV, limits)) this.#anySound = true;
    }
  }

  #judgePhase(watched: Watched, monoMs: number): DoubtKind | null {
    const { names, limits, shown, lasting, half } = watched;
    if (isStrangeVoltage(shown.voltageV, limits, this.#anySound)) {
      this.#hide(names.voltage, names.current, names.power, names.reactive, names.powerFactor);
      return this.#doubt('voltage', names.voltage, shown.voltageV);
    }
    const far = farBeyond(shown, limits);
    const against = contradiction(shown, limits);
    const kind = lasting.goesOn(against !== null, monoMs) ? (far ?? against) : far;
    if (kind !== null) return this.#doubtOf(kind, watched);
    if (half.isHalf(shown, monoMs)) {
      this.#hide(names.power, names.reactive);
      return this.#doubt('width', names.power, shown.powerW);
    }
    if (half.wantsLook) this.wantsLook = true;
    return null;
  }

  #doubtOf(kind: 'current' | 'power' | 'power_factor', { names, shown }: Watched): DoubtKind {
    this.#hide(names.power, names.reactive);
    if (kind === 'current') {
      this.#hide(names.current);
      return this.#doubt(kind, names.current, shown.currentA);
    }
    if (kind === 'power') return this.#doubt(kind, names.power, shown.powerW);
    this.#hide(names.powerFactor);
    return this.#doubt(kind, names.powerFactor, shown.powerFactor);
  }

  #judgeTotal(powerW: number | null, monoMs: number): void {
    const { lasting, half, farW } = this.#total ?? {};
    if (!lasting || !half || farW === undefined || powerW === null) return;
    let apparentVa = 0;
    let noiseW = 0;
    for (const { shown, limits } of this.#phases) {
      apparentVa += Math.abs((shown.voltageV ?? Number.NaN) * (shown.currentA ?? Number.NaN));
      noiseW += limits.noiseW;
    }
    // Where a phase is not known, the comparison is with NaN, and so never true.
    const goesOn = lasting.goesOn(isTooMuch(powerW, apparentVa, noiseW), monoMs);
    if (Math.abs(powerW) > farW || goesOn) {
      this.#hide('power_total');
      this.#doubt('power', 'power_total', powerW);
    } else if (half.isHalf(this.#sumOf(powerW, apparentVa), monoMs)) {
      this.#hide('power_total');
      this.#doubt('width', 'power_total', powerW);
    } else if (half.wantsLook) this.wantsLook = true;
  }

  /** The total as if it were one phase: the powers of the phases tell what it should be. */
  #sumOf(powerW: number, apparentVa: number): PhaseShown {
    const sumW = this.#phases.reduce((sum, { shown }) => sum + (shown.powerW ?? Number.NaN), 0);
    const isKnown = Number.isFinite(sumW) && apparentVa > 0;
    const powerFactor = isKnown ? sumW / apparentVa : null;
    return { voltageV: 1, currentA: apparentVa, powerW, powerFactor };
  }

  #judgeSlow(lookUp: LookUp): void {
    for (const [name, reads] of this.#strange) {
      this.#hide(name);
      const value = readValue(lookUp, name);
      if (value === null || reads < SLOW_READS) continue;
      this.#doubt(name === 'frequency' ? 'frequency' : 'energy', name, value);
    }
  }

  #judgeSentinels(): void {
    for (const [name, sentinel] of this.#sentinels) {
      const watched = this.#phases.find(({ phase }) => name.includes(`_${phase}`));
      if (watched && this.#isIdle(watched, name)) continue;
      this.#doubt('sentinel', name, sentinel);
    }
  }

  /** A phase that is not connected measures nothing, and without a known load is no power factor. */
  #isIdle({ shown, names, limits }: Watched, name: ValueName): boolean {
    const { voltageV, currentA } = shown;
    if (voltageV !== null && Math.abs(voltageV) < CONNECTED_V) return true;
    if (name !== names.powerFactor) return false;
    return voltageV === null || currentA === null || Math.abs(voltageV * currentA) < limits.noiseW;
  }

  /**
   * Where volts cannot be, the whole meter is read wrongly, its counters too; and what is read
   * wrongly looks sound now and then by chance.
   */
  #beCareful(isAbsurd: boolean): void {
    if (isAbsurd) this.#soundReads = 0;
    else if (this.#soundReads < SOUND_READS) {
      this.#soundReads += this.#strange.has('frequency') ? LITTLE_SOUND : 1;
    }
    if (this.#soundReads >= SOUND_READS) return;
    this.#hide('power_total', ...this.#energies);
    for (const { names } of this.#phases) this.#hide(...Object.values(names));
  }

  #conclude(): readonly Doubt[] {
    const found = this.#found;
    if (found.length === 0) {
      this.#doubtfulReads = 0;
      return NONE;
    }
    // The sum holds what is doubted of its parts.
    if (found.some(({ phase, kind }) => phase && kind !== 'sentinel')) this.#hide('power_total');
    if (found.some(({ kind }) => kind !== 'sentinel')) this.#doubtfulReads++;
    if (this.#doubtfulReads >= READS_TO_LOOK) this.wantsLook = true;
    return found;
  }

  #isStrange(name: ValueName, value: number | null): boolean {
    if (name === 'frequency') return isStrangeFrequency(value, this.#anySound);
    return name.startsWith('energy_') && isStrangeEnergy(value);
  }

  #hide(...names: readonly ValueName[]): void {
    for (const name of names) this.hidden.add(name);
  }

  #doubt(kind: DoubtKind, name: ValueName, shown: number | null): DoubtKind {
    const value = this.#values.get(name);
    if (value === undefined || shown === null) return kind;
    const phase = PHASES.find((each) => name.includes(`_${each}`));
    const raw = kind === 'sentinel' ? shown : shown / value.scale;
    this.#found.push({
      value: name,
      ...(phase && { phase }),
      register: value.address,
      raw: rawNumber(encodeValue(raw, value.type, this.#profile)),
      shown: kind === 'sentinel' ? null : shown,
      kind,
    });
    return kind;
  }
}
