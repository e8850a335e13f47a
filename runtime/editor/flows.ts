/** The editor's sidebar of shipped flows. The launcher hands the desk over in Node-RED's settings. */
import type { NodeAPI } from 'node-red';
import { asError, SolthriveError } from '../../nodes/site/errors.ts';
import type { FlowDesk } from '../flow-desk.ts';

export default function (RED: NodeAPI): void {
  const { solthriveFlows: desk } = RED.settings as { solthriveFlows?: FlowDesk };
  // In somebody's own Node-RED there are no layers to show.
  if (!desk) return;
  const app = RED.httpAdmin;

  app.get('/solthrive/flows', RED.auth.needsPermission('flows.read'), (_request, response) => {
    response.json({ units: desk.units() });
  });

  app.post(
    '/solthrive/flows/:unit/restore',
    RED.auth.needsPermission('flows.write'),
    (request, response) => {
      desk.restore(String(request.params.unit)).then(
        (units) => response.json({ units }),
        (thrown: unknown) => {
          if (thrown instanceof SolthriveError) response.status(404).json(thrown.toBody());
          else response.status(500).json({ error: { message: asError(thrown).message } });
        },
      );
    },
  );
}
