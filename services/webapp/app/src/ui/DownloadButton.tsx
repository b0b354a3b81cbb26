// A file of the device: fetched while one waits, so that a refusal is told in place and not as a broken file.

import { t, words } from '~/i18n';
import { useWrite } from '~/state/write';
import { Button, WriteStatus } from './Button';
import { saveFile } from './download';
import { Icon } from './Icon';

const W = words({
  absent: [
    'This build of the device does not have it.', 'Questa versione del dispositivo non lo possiede.',
    "Cette version de l'appareil ne l'a pas.", 'Dieser Stand des Geräts hat das nicht.'],
});

interface Props {
  text: string;
  fetchFile: () => Promise<{ name: string; content: Blob }>;
}

export function DownloadButton({ text, fetchFile }: Props) {
  const write = useWrite(async () => {
    const { name, content } = await fetchFile();
    saveFile(name, content);
  });
  const absent = write.problem?.status === 404;
  return (
    <div class="row">
      <Button pending={write.pending} onClick={() => void write.run()}><Icon name="download" size={18} />{text}</Button>
      {absent ? <span class="small dim" role="status">{t(W.absent)}</span> : <WriteStatus status={write.status} />}
    </div>
  );
}
