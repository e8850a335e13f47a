import assert from 'node:assert/strict';
import { type Place, Signposts } from '../../../ui/widgets/signposts.ts';

const faults: Place = { view: 'faults', page: 'My home' };
const doctor: Place = { view: 'doctor', page: 'Installer' };

describe('the signposts between the pages', () => {
  it('lead from the faults to the doctor and back, by the names of their pages', () => {
    const signposts = new Signposts();
    signposts.stand('f', faults);
    signposts.stand('d', doctor);
    assert.deepEqual(signposts.from(faults), { more: '#!/Installer' });
    assert.deepEqual(signposts.from(doctor), { back: '#!/My%20home' });
    assert.deepEqual(signposts.from({ view: 'gauges', page: 'My home' }), {});
  });

  it('lead nowhere where the other is not there, or no more, or beside it', () => {
    const signposts = new Signposts();
    assert.deepEqual(signposts.from(faults), {});
    const leave = signposts.stand('d', doctor);
    assert.deepEqual(signposts.from({ ...faults, page: 'Installer' }), {});
    leave();
    assert.deepEqual(signposts.from(faults), {});
  });

  it('follow a widget that was deployed anew', () => {
    const signposts = new Signposts();
    const leave = signposts.stand('d', doctor);
    signposts.stand('d', { ...doctor, page: 'Panel' });
    leave();
    assert.deepEqual(signposts.from(faults), { more: '#!/Panel' });
  });
});
