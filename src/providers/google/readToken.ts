import { jsonObject } from '../../agents/jsonObject.ts';
import { fromFile } from '../../credentials/sources/file.ts';
import { UserError } from '../../errors.ts';
import { checkAdc } from '../adc.ts';
import { type AccessToken, accessToken, type TokenDeps } from './accessToken.ts';
import { hindranceOf } from './tradable.ts';

/** An access token for the credentials in a file, as they are now. Throws UserError with the remedy. */
export async function readToken(place: string, deps: TokenDeps): Promise<AccessToken> {
  const text = fromFile(place);
  checkAdc(text, place);
  const adc = jsonObject(text) ?? {};
  const why = hindranceOf(adc);
  if (why !== undefined) throw new UserError('credentials', `${place} gives no access token`, { why });
  return accessToken(adc, place, deps);
}
