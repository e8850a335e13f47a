/**
 * A source of your own, in one file: a made-up wallbox that charges a car. Copy this folder to
 * `<data>/nodes/`, declare the source in meter.yaml (see docs/tinkerer.md), restart, and wire the
 * node into the link "in-reading". Replace `measure` with a call to your own device.
 */

/** @param {import('node-red').NodeAPI} RED */
export default function (RED) {
  function Wallbox(config) {
    RED.nodes.createNode(this, config);
    let chargedKwh = 0;
    let lastMonoMs = performance.now();

    const timer = setInterval(() => {
      const monoMs = performance.now();
      const powerW = measure(config.watts);
      chargedKwh += (powerW * (monoMs - lastMonoMs)) / 3_600_000_000;
      lastMonoMs = monoMs;

      /** @type {import('@solthrive/monitoring/messages').Reading} */
      const reading = {
        meter: config.meter,
        ts: new Date().toISOString(),
        mono_ms: monoMs,
        ok: true,
        channels: {
          car: {
            role: 'ev',
            power_w: powerW,
            // It counts whole watt-hours, from 0 again at each start: the step lets that be noticed.
            import_kwh: Math.floor(chargedKwh * 1000) / 1000,
            counter_step_kwh: 0.001,
          },
        },
      };
      this.send({ topic: `reading/${config.meter}`, payload: reading });
      this.status({ fill: 'green', shape: 'dot', text: `${Math.round(powerW)} W` });
    }, 1000);

    this.on('close', (_removed, done) => {
      clearInterval(timer);
      done();
    });
  }

  RED.nodes.registerType('example-wallbox', Wallbox);
}

/** A car that draws what the node is set to, give or take a little. Your device goes here. */
function measure(watts) {
  return Number(watts) * (1 + 0.01 * Math.sin(Date.now() / 7000));
}
