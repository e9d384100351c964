using System.Buffers.Binary;
using System.Text.Json;

namespace CM.Runtime;

/// <summary>Writes the header of a safetensors file; the bytes of its tensors follow it in the same order.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>The header of float32 tensors.</summary>
    public static byte[] Header(IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<(string Name, long[] Shape)> tensors) =>
        Header(metadata, tensors.Select(tensor => (tensor.Name, "F32", tensor.Shape)));

    /// <summary>
    /// Length and JSON, padded with spaces so that the tensors are aligned. Types are spelled as in the format: <c>F64</c>.
    /// </summary>
    public static byte[] Header(
        IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<(string Name, string Type, long[] Shape)> tensors)
    {
        using var bytes = new MemoryStream();
        bytes.Write(stackalloc byte[SafetensorsHeader.LengthBytes]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach (var (key, text) in metadata)
                json.WriteString(key, text);
            json.WriteEndObject();
            var place = 0L;
            foreach (var (name, type, shape) in tensors)
            {
                var end = place + SafetensorsEntry.BytesOf(type)!.Value * shape.Aggregate(1L, (product, axis) => product * axis);
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                WriteNumbers(json, "shape", shape);
                WriteNumbers(json, "data_offsets", [place, end]);
                json.WriteEndObject();
                place = end;
            }
            json.WriteEndObject();
        }
        while (bytes.Length % Alignment != 0)
            bytes.WriteByte((byte)' ');
        var header = bytes.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - SafetensorsHeader.LengthBytes);
        return header;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
