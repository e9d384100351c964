namespace CM.Runtime.Tests;

/// <summary>Small damages to files.</summary>
internal static class Mutation
{
    /// <summary>A copy that differs: changed, missing, repeated or additional bytes.</summary>
    public static byte[] Of(byte[] file, Random random)
    {
        var bytes = file.ToList();
        do
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var place = random.Next(bytes.Count);
                switch (random.Next(6))
                {
                    case 0:
                        bytes[place] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes[place] = (byte)random.Next(256);
                        break;
                    case 2:
                        bytes[place] = (byte)"0123456789[]{},:\"\\ "[random.Next(19)];
                        break;
                    case 3:
                        bytes.RemoveRange(place, Math.Min(random.Next(1, 20), bytes.Count - place - 1));
                        break;
                    case 4:
                        bytes.InsertRange(place, bytes.GetRange(place, Math.Min(random.Next(1, 20), bytes.Count - place)));
                        break;
                    default:
                        bytes.RemoveRange(place + 1, random.Next(4) == 0 ? bytes.Count - place - 1 : 0);
                        break;
                }
            }
        while (bytes.SequenceEqual(file));
        return [.. bytes];
    }
}
